"""P(best) and value remaining by Monte Carlo: 100,000 joint draws of ten Beta posteriors, as Sluice's benchmark has them.

Prints the seconds of one P(best), the least of some: what the machine does besides only ever adds.
"""

import time

import numpy

DRAWS = 100_000
ARMS = 10


def probability_best(random, alpha, beta):
    """Returns each arm's share of the draws it won, and the 95th percentile of what the champion leaves on the table."""
    draws = random.beta(alpha, beta, size=(DRAWS, ARMS))
    best = numpy.bincount(draws.argmax(axis=1), minlength=ARMS) / DRAWS
    champion = draws[:, best.argmax()]
    return best, numpy.quantile((draws.max(axis=1) - champion) / champion, 0.95)


def main():
    random = numpy.random.default_rng(1)
    visitors = random.uniform(5_000, 100_000, ARMS)
    rates = random.uniform(0.045, 0.055, ARMS)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        probability_best(random, 1 + rates * visitors, 1 + (1 - rates) * visitors)
        times.append(time.perf_counter() - start)
    print(min(times))


main()
