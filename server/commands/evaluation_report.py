"""The evaluation of recommendations as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from resolvers.recommendation.numbers.evaluation import TOP, Compared, Method
from resolvers.recommendation.numbers.splits import HeldOut

BEGIN, END = "<!-- figures: `crm360 recommend evaluate --write docs` -->", "<!-- end of figures -->"
PAGE, CHART = "recommendations.md", "recommendations.svg"
HELD = {HeldOut.LAST_BASKET: "last basket", HeldOut.LAST_FOUR_WEEKS: "last four weeks"}
METRICS = {"recall": f"recall@{TOP}", "ndcg": f"NDCG@{TOP}"}
COLOURS = {
    Method.POPULARITY: "#dfe4e9",
    Method.FREQUENCY: "#b9c2cc",
    Method.RANKED: "#0b6e4f",
    Method.LISTED: "#7fb8a0",
}


def table(results: Sequence[Compared]) -> str:
    """The figures in Markdown: each method's, and what ours gains, with the spread over five subsets."""
    return "\n".join([*_figures(results), "", *_gains(results)])


def _figures(results: Sequence[Compared]) -> Iterator[str]:
    yield f"| held out | method | {' | '.join(METRICS.values())} | coverage | customers |"
    yield "|---|---|---:|---:|---:|---:|"
    for result in results:
        for method, figures in result.figures.items():
            means = " | ".join(f"{getattr(figures, metric).mean():.4f}" for metric in METRICS)
            counted = f"{len(figures.recall):,}"
            yield f"| {HELD[result.held]} | {method} | {means} | {figures.coverage:.1%} | {counted} |"


def _gains(results: Sequence[Compared]) -> Iterator[str]:
    yield "| held out | against | metric | crm360 gains | of it | spread over five subsets | the least of them |"
    yield "|---|---|---|---:|---:|---:|---:|"
    for result in results:
        for over in (Method.FREQUENCY, Method.POPULARITY):
            for metric, name in METRICS.items():
                gain, spread, least = result.gain(metric, over)
                share = gain / getattr(result.figures[over], metric).mean()
                yield (
                    f"| {HELD[result.held]} | {over} | {name} | {gain:+.4f} | {share:+.1%} | "
                    f"{spread:.4f} | {least:+.4f} |"
                )


def write(folder: Path, results: Sequence[Compared], on: date) -> None:
    """Put the table into the page, between its marks, and the chart beside it."""
    page = folder / PAGE
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"{page} lacks the marks between which the figures go.")
    text = f"{before}{BEGIN}\n\nMeasured on {on:%d %B %Y}.\n\n{table(results)}\n\n{END}{after}"
    page.write_text(text, encoding="utf-8")
    draw(folder / CHART, results)


def draw(file: Path, results: Sequence[Compared]) -> None:
    """Draw a panel for each metric and split, a bar a method; a line on each is the spread over the subsets."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.2, 5.6), layout="constrained")
    panels = figure.subplots(2, len(results), squeeze=False)
    for column, result in enumerate(results):
        for row, (metric, name) in enumerate(METRICS.items()):
            axes, methods = panels[row][column], list(result.figures)
            values = [getattr(result.figures[method], metric) for method in methods]
            spread = [_spread(result.subsets(each)) for each in values]
            means = [float(each.mean()) for each in values]
            colours = [COLOURS[method] for method in methods]
            bars = axes.barh(list(map(str, methods)), means, xerr=spread, color=colours, ecolor="#6b7480", capsize=2)
            axes.bar_label(bars, labels=[f"{mean:.3f}" for mean in means], padding=4, color="#3d4450")
            axes.set_title(f"{name}, {HELD[result.held]}", loc="left", fontsize=10)
            axes.set_xlim(0, max(means) * 1.25)
            axes.invert_yaxis()
            axes.spines[["top", "right"]].set_visible(False)
            if column:
                axes.set_yticklabels([])
    with mpl.rc_context({"svg.hashsalt": "crm360", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return float((sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5)
