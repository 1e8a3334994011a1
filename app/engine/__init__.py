"""Provisions that stand on a day → findings. The only package that imports durable-rules.

`Engine.evaluate` compiles a standing law to durable-rules (once), lets the rules fire on the facts'
codes, evaluates the same law a second time as compiled Python, and refuses to answer where the two
disagree.
"""

from app.engine.compiled import CompiledLaw
from app.engine.engine import Engine
from app.engine.evaluation import EngineFault, Evaluation

__all__ = ["CompiledLaw", "Engine", "EngineFault", "Evaluation"]
