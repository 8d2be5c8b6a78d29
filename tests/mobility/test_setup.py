from ..networks import evidence, network, walk_test


def test_it():
    plan = network()
    e = evidence(plan, walk_test(plan))
    print(e.gsm.levels.dbm, e.lte.levels.dbm, e.gsm.fading, plan.notes)
    print(plan.cells.dtypes, plan.neighbours)
    assert 0
