"""A simulator of the service: a pure model of it, and a small HTTP server over the model.

Run it with ``python -m enigma_panel.simulator``. It imports nothing of the panel's other
packages, so that a mistake in one of them cannot hide behind the same mistake in the simulator.
"""
