"""What campaigns share: options, the command under test, and totals that go on where they ended.

Exit status of every campaign: 0 where nothing went wrong, 1 where something did, 64 for wrong usage, 69 where something
is missing. The last line on standard output is a JSON object of exact figures.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def missing(text):
    print(text, file=sys.stderr)
    sys.exit(69)


class Usage(argparse.ArgumentParser):
    """Tells how a script is called."""

    def __init__(self, doc):
        super().__init__(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


class Parser(Usage):
    """The options of every campaign that takes the command."""

    def __init__(self, doc, count, of):
        super().__init__(doc)
        self.add_argument("--count", type=int, default=count, help=f"{of} in all (default: {count})")
        self.add_argument("--seconds", type=float, default=math.inf, help="begin nothing new after so long")
        self.add_argument("--folder", help="keep models and totals there, and go on where they ended")
        self.add_argument("--seed", type=int, default=1, help="what every random choice follows from (default: 1)")
        self.add_argument("--tessera", default=str(ROOT / ".build/release/tessera"), help="the command to test")

    def parse(self):
        options = self.parse_args()
        if not os.access(options.tessera, os.X_OK):
            self.error(f"{options.tessera} is not there: build it, or name another by --tessera")
        options.tessera = os.path.abspath(options.tessera)
        return options


@contextlib.contextmanager
def folder_of(options):
    """The folder that was named, or one that is gone afterwards."""
    if options.folder:
        path = pathlib.Path(options.folder).resolve()
        path.mkdir(parents=True, exist_ok=True)
        yield path
    else:
        with tempfile.TemporaryDirectory(prefix="tessera-campaign-") as path:
            yield pathlib.Path(path)


class Totals:
    """What a campaign has counted, kept in a file of its folder."""

    def __init__(self, name, options, folder):
        self.path = folder / f"{name}.json"
        self.count = options.count
        self.end = time.monotonic() + options.seconds
        self.figures = {"campaign": name, "seed": options.seed, "begun": 0, "done": 0}
        self.faults = []
        if self.path.exists():
            self.figures = json.loads(self.path.read_text())
            self.faults = self.figures.pop("faults")
            if self.figures["seed"] != options.seed:
                raise SystemExit(f"{self.path} counts seed {self.figures['seed']}: name it, or another folder")

    def numbers(self):
        """The numbers of what is to be done, one after the other, while there is time and nothing went wrong."""
        while self.figures["begun"] < self.count and time.monotonic() < self.end and not self.faults:
            self.figures["begun"] += 1
            yield self.figures["begun"]

    def complete(self):
        self.figures["done"] += 1
        self.save()
        done = self.figures["done"]
        if sys.stderr.isatty() or done % max(1, self.count // 20) == 0:
            print(f"\r{done} of {self.count}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    def add(self, name, number=1):
        self.figures[name] = self.figures.get(name, 0) + number

    def most(self, name, number):
        self.figures[name] = max(self.figures.get(name, number), number)

    def fault(self, text):
        """Notes the first faults, which stop the campaign; others follow from them."""
        if len(self.faults) < 10:
            self.faults.append(text)
            print(f"FAULT: {text}", file=sys.stderr, flush=True)

    def save(self):
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps({**self.figures, "faults": self.faults}))
        part.replace(self.path)

    def finish(self):
        """Prints the figures; returns the exit status."""
        self.save()
        told = {name: round(number, 3) if isinstance(number, float) else number
                for name, number in self.figures.items()}
        print(json.dumps({**told, "faults": self.faults}), flush=True)
        return 1 if self.faults or not self.figures["done"] else 0


def kept(path, make):
    """A folder that is made once: whole, or not at all."""
    if not path.exists():
        part = path.with_name(path.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        make(part)
        part.rename(path)
    return path


class Tessera:
    """The command, with nothing of the environment that it or its libraries heed."""

    HEEDED = ("TESSERA_", "OPENBLAS_", "OMP_", "GOMP_", "DNNL_", "ONEDNN_")

    def __init__(self, options, folder):
        self.program = options.tessera
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(self.HEEDED)}
        self.environment["XDG_CACHE_HOME"] = str(folder / "cache")

    def start(self, *arguments, **streams):
        return subprocess.Popen([self.program, *map(str, arguments)], env=self.environment, **streams)

    def outcome(self, *arguments):
        return subprocess.run(
            [self.program, *map(str, arguments)], env=self.environment, capture_output=True, text=True)

    def __call__(self, *arguments):
        done = self.outcome(*arguments)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, arguments))} failed without any fault: {done.stderr[-500:]}")

    def scenes(self, size="32x48", images=8):
        """A folder of made-up scenes, made where it is missing."""
        return kept(self.folder / f"scenes-{size}-{images}", lambda part: self(
            "synthesize", "--out", part, "--images", images, "--size", size, "--seed", 1))

    def run(self, seed):
        """The run of a small model, trained where it is missing."""
        return kept(self.folder / f"run{seed}", lambda part: self(
            "train", "--data", self.scenes(), "--out", part, "--width", 4, "--crop", "32x32", "--batch", 2,
            "--epochs", 3, "--learning-rate", 0.003, "--discriminator", "none", "--threads", 1, "--seed", seed))

    def maps(self, run, scenes, *options):
        """What a run predicts of scenes without a server: a folder of label maps."""
        images = sorted((scenes / "images").rglob("*.png"))
        return kept(self.folder / f"maps-{run.name}-{scenes.name}", lambda part: self(
            "predict", "--model", run, *images, "--out", part, "--threads", 1, *options))


def tensors(file):
    """The tensors of a file of weights, without the header, which tells of the run."""
    content = file.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little"):]
