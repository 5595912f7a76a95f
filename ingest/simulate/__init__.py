"""Simulated music and listeners, in the file formats of the real sources.

`write_demo_inputs` makes the demo's inputs. Nothing here touches the warehouse: simulated rows go in by the
same commands as real ones.
"""

from ingest.simulate.demo import DemoInputs, write_demo_inputs

__all__ = ["DemoInputs", "write_demo_inputs"]
