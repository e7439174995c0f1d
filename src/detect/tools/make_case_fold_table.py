#!/usr/bin/env python3
"""Writes case_fold_table.inc: simple case folding (CaseFolding.txt, status C and S) as runs of {first, last, step, delta}.
Python's str.casefold is full folding: where that gives several characters, the simple mapping is the lower-case letter."""
import sys
import unicodedata


def fold(code):
    text = chr(code)
    for folded in (text.casefold(), text.lower()):
        if len(folded) == 1:
            return ord(folded)
    return code


runs = []
for code in range(0x80, 0x110000):
    if 0xD800 <= code < 0xE000 or fold(code) == code:
        continue
    delta = fold(code) - code
    if runs and runs[-1][3] == delta:
        first, last, step, _ = runs[-1]
        gap = code - last
        if gap == step or (first == last and gap in (1, 2)):
            runs[-1] = (first, code, gap, delta)
            continue
    runs.append((code, code, 1, delta))
out = sys.stdout
out.write(f"// Made by tools/make_case_fold_table.py from Unicode {unicodedata.unidata_version}.\n")
for first, last, step, delta in runs:
    out.write(f"{{0x{first:x}, 0x{last:x}, {step}, {delta}}},\n")
