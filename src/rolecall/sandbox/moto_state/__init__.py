"""Read, and where a gap needs it change, the state that moto keeps.

The rule: only the modules of this package know what moto's backends look like inside. Gaps, the authorizer,
and the metadata services ask them. `rolecall.sandbox.build` and `rolecall.sandbox.moto_gaps` may also call
moto's own methods on a backend that this package returns, such as ``create_role``. Everything that the
sandbox relies on is listed in ``tests/sandbox/test_moto_internals.py``, with what breaks without it.

Requests are answered in several threads. Python raises an error if one of moto's dictionaries grows while
another thread iterates over it, so these modules iterate over a list of it, which is made in one step.

One module for each service. Each module that has resources with tags or policies defines a subclass of
`ServiceResources`, and `ResourceStates` finds it by the prefix of the service's IAM actions.
"""
