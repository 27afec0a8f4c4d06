"""`python -m bench NAME [--people N] [--seconds S]`: run one benchmark. Each module here that has a `run(args)` is one."""

import argparse
import importlib
import pkgutil

import bench


def found() -> dict[str, str]:
    """Every benchmark's name, with what it measures."""
    told = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"bench.{module.name}")
            if hasattr(loaded, "run"):
                told[module.name] = (loaded.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    return told


def main() -> None:
    """Read what is asked for, and run it."""
    benches = found()
    listed = "\n".join(f"  {name:12}{about}" for name, about in benches.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=f"benchmarks:\n{listed}"
    )
    parser.add_argument("name", nargs="?", choices=list(benches), help="which one; without a name they are listed")
    parser.add_argument("--people", type=int, default=100_000, help="how many people the database holds (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each measurement of a rate takes (default %(default)s)")
    args = parser.parse_args()
    if args.name is None:
        parser.print_help()
        return
    importlib.import_module(f"bench.{args.name}").run(args)


main()
