"""The importers that ship: what other trackers give out, as rows under the headings that `import csv` knows."""
