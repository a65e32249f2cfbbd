"""What AWS does and moto doesn't, or does differently: one module for each behavior.

To add a gap, add one module to this package with one subclass of `Gap`, and a test in
``tests/sandbox/moto_gaps``. Nothing has to be registered: `gap_classes` finds it. A gap names its
operations and the page of AWS's documentation that it follows, and overrides what it needs of

- ``validate(call)``, before any policy is evaluated: raise `AwsError` for a parameter that AWS rejects;
- ``before(call)``, once the call is authorized: raise `AwsError`, or return a result in moto's place;
- ``after(call, response)``: return moto's response as it is, or a corrected one.

What a gap knows between calls, it keeps itself, and forgets it in ``reset()``. What moto keeps, it reads
through `rolecall.sandbox.moto_state`. ``python -m rolecall.sandbox.moto_gaps`` lists the gaps, and
``tests/sandbox/docs_page.py`` writes the list in the documentation.
"""

from rolecall.sandbox.moto_gaps._gap import Gap
from rolecall.sandbox.moto_gaps._registry import Gaps, gap_classes

__all__ = ["Gap", "Gaps", "gap_classes"]
