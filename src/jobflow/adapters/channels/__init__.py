"""The channels that ship with jobflow, each a module of its own; `adapters.builtin` names them."""
