"""Print the gaps: `python -m rolecall.sandbox.moto_gaps`."""

from rolecall.sandbox.moto_gaps import gap_classes

for gap in gap_classes():
    print(f"{gap.__name__}: {(gap.__doc__ or '').partition(chr(10))[0]}")
    print(f"    {', '.join(sorted(gap.operations))}")
    print(f"    {gap.rule}")
