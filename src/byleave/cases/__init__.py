"""Cases: what became of each objection, until when it is to be answered, and who may do what next.

Pure: a case is folded from the ledger's entries, every step is a proposal to record one, and what day it is, which days
are holidays and by which law somebody is answered come in as arguments.
"""
