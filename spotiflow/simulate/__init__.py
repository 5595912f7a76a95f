"""People who do not exist: simulated music and listeners with a known truth.

`simulate` puts listeners straight into the warehouse; `write_demo_inputs` makes the demo's inputs in the file
formats of the real sources, so that they go in by the same commands.
"""

from spotiflow.simulate.demo import DemoInputs, write_demo_inputs
from spotiflow.simulate.simulation import simulate
from spotiflow.simulate.simulation_receipt import SimulationReceipt, render

__all__ = ["DemoInputs", "SimulationReceipt", "render", "simulate", "write_demo_inputs"]
