"""What every benchmark needs: the programs, a place for files, and a word on what is going on."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from consumers import Tools
from failure import BenchFailure
from postgres import binaries

ROOT = Path(__file__).resolve().parent.parent.parent


def tools(arguments):
    return Tools(walbrook=arguments.walbrook or build("walbrook"), postgres=binaries())


def build(product):
    """A release build of a program of this tree."""
    progress(f"building {product}")
    command = [
        "swift", "build", "--package-path", str(ROOT), "-c", "release", "--static-swift-stdlib", "--product", product]
    try:
        subprocess.run(command, stdout=sys.stderr, check=True)
        shown = subprocess.run([*command, "--show-bin-path"], stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchFailure(f"cannot build {product} ({error})") from error
    return Path(shown.stdout.strip()) / product


def walbrook_can(tools, needs):
    """Whether the binary's help has all of these words."""
    shown = subprocess.run([tools.walbrook, "help", "stream"], stdout=subprocess.PIPE, text=True, check=True)
    return all(word in shown.stdout for word in needs.split())


def output_directory(size):
    """In memory where there is room, because writing to a disk slows the server beside it."""
    memory = Path("/dev/shm")
    roomy = os.path.ismount(memory) and shutil.disk_usage(memory).free > size
    return tempfile.TemporaryDirectory(prefix="walbrook-bench-", dir=memory if roomy else None)


def add_common_arguments(parser):
    parser.add_argument("--json", type=writable, metavar="FILE", help="write everything there, too, as JSON")
    parser.add_argument(
        "--walbrook", type=program, metavar="PATH",
        help="measure this binary (default: a release build of this tree)")


def program(text):
    path = Path(text).resolve()
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise argparse.ArgumentTypeError(f"there is no program {path}")
    return path


def writable(text):
    path = Path(text).resolve()
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no directory {path.parent}")
    return path


def count(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("takes a number from 1")
    return number


def listing(title, entries):
    return [f"{title}:", *(f"  {name:<29} {text}" for name, text in entries.items()), ""]


def progress(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)
