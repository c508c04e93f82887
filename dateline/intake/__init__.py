"""Reports in: the bytes of a file, a pasted text or a web address to an :class:`~dateline.records.Article`.

One module a format; :mod:`dateline.intake.extraction` picks it by what the bytes are, not by what the name says. Everything here runs in a
child process with limits (:mod:`dateline.workshop`), because every parser of foreign bytes can be made to hang.
"""
