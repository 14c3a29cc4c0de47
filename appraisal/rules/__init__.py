"""Who may appraise, release, reply and read. Each verb has a predicate and a queryset that agree.

Nobody appraises their own unit, nor one in which they declared an interest: the bar stands in `reach.Scope`, so
that lists, cells, files and actions all inherit it.
"""
