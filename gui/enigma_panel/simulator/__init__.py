"""A stand-in for the service: a pure model of it, and a small HTTP server over the model.

Run it with ``python -m enigma_panel.simulator``. Nothing in here imports the panel's other rooms,
so that a mistake in one of them cannot hide behind the same mistake in the simulator.
"""
