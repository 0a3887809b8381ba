"""The numbers in golden_test.cc, computed apart from Candor: python golden_stats.py

Needs scipy and statsmodels (made with scipy 1.17.1 and statsmodels 0.15.0); exact fractions where there is a closed form.
"""
import itertools
from fractions import Fraction
from math import comb, sqrt

import numpy as np
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def show(name, *values):
    print(name, *(format(float(v), ".15g") for v in values))


for right, n in [(0, 1), (1, 1), (0, 5000), (84, 164), (4999, 5000), (700, 1319)]:
    show(f"wilson {right}/{n}", *proportion_confint(right, n, 0.05, "wilson"))
show("wilson 84/164 at 0.99", *proportion_confint(84, 164, 0.01, "wilson"))

for a, b in [(0, 1), (4, 13), (25, 25), (120, 171), (0, 60)]:
    show(f"mcnemar {a} {b}", mcnemar([[0, a], [b, 0]], exact=True).pvalue)

p = [0.011, 0.02, 0.0004, 0.9, 0.049, 0.02, 0.33]
show("holm", *multipletests(p, method="holm")[1])

values = [((7 * i * i + 3 * i) % 11) / 10 for i in range(60)]
for name, group in [("pairs", lambda i: i // 2), ("uneven", lambda i: int(sqrt(i)))]:
    fit = sm.OLS(values, np.ones(60)).fit(
        cov_type="cluster", cov_kwds={"groups": [group(i) for i in range(60)]})
    show(f"clustered {name}", fit.bse[0])
show("clustered alone", np.std(values, ddof=1) / sqrt(60))

for n, c, k in [(64, 1, 64), (64, 3, 8), (200, 13, 100), (100000, 1, 1000), (100000, 50, 10000),
                (100000, 99999, 1)]:
    show(f"pass {n} {c} {k}", 1 - Fraction(comb(n - c, k), comb(n, k)))

for n, c, k, least in [(16, 9, 8, 4), (64, 20, 32, 16), (64, 60, 64, 64), (4096, 2000, 1024, 512)]:
    show(f"g-pass {n} {c} {k} {least}", stats.hypergeom.sf(least - 1, n, c, k))
for n, c, k in [(16, 9, 8), (16, 13, 7)]:
    upper = range((k + 1) // 2 + 1, k + 1)
    show(f"mg-pass {n} {c} {k}", 2 / k * sum(stats.hypergeom.sf(i - 1, n, c, k) for i in upper))


def vote(samples, k):  # the share of the subsets of k whose most frequent answer is "r"
    total = Fraction(0)
    for subset in itertools.combinations(samples, k):
        counts = {a: subset.count(a) for a in set(subset) if a != "-"}
        if counts.get("r", 0) > 0 and counts["r"] == max(counts.values()):
            total += Fraction(1, sum(v == counts["r"] for v in counts.values()))
    return total / comb(len(samples), k)


show("majority", vote("rrrraaabbc--", 5), vote("rrrraaabbc--", 12))

za, zb = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
for n, d in [(164, 0.2), (164, 0.5), (1319, 0.1), (50, 0.02)]:
    def lacking(x, n=n, d=d):
        share = max(d, x)
        return n - (za * sqrt(share) + zb * sqrt(max(0, share - x * x))) ** 2 / x**2
    show(f"detectable {n} {d}", brentq(lacking, 1e-6, 1, xtol=1e-14))
show("detectable mean", (za + zb) * 0.48 / sqrt(250))

show("quantile", *(np.quantile(values, q) for q in (0.5, 0.83, 0.07)))
show("bounds", proportion_confint(30, 100, 0.05, "wilson")[0],
     proportion_confint(47, 100, 0.05, "wilson")[1])
for a, b in [(3, 12), (0, 8), (200, 260)]:
    show(f"mixture {a} {b}", Fraction((a + b + 1) * comb(a + b, a), 2 ** (a + b)))


class Pcg32:  # O'Neill 2014: state and output as published, bounded by rejection
    def __init__(self, seed):
        self.state = 0
        self.next()
        self.state = (self.state + seed) % 2**64
        self.next()

    def next(self):
        old = self.state
        self.state = (old * 6364136223846793005 + 1) % 2**64
        mixed = (((old >> 18) ^ old) >> 27) % 2**32
        turn = old >> 59
        return (mixed >> turn | mixed << (-turn % 32)) % 2**32

    def below(self, bound):
        value = self.next()
        while value < 2**32 % bound:
            value = self.next()
        return value % bound


stream = Pcg32(7)
means = []
for _ in range(10_000):
    total = 0.0
    for _ in values:
        total += values[stream.below(60)]
    means.append(total / 60)
show("bootstrap", np.quantile(means, 0.025), np.quantile(means, 0.975))
