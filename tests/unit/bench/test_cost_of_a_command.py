"""The cost of a command is counted by one rule: its own files, messages and functions, and the lines that mention it."""

import subprocess
from pathlib import Path

import pytest

from bench.cost_of_a_command import cost_of, cost_of_change

TREE = {
    "protos/kith/dogs/v1/dogs.proto": """\
service DogService {
  rpc WalkDog(WalkDogRequest) returns (WalkDogResponse);
  rpc WalkDogs(WalkDogsRequest) returns (WalkDogsResponse);
}

// WalkDogRequest names the dog.
message WalkDogRequest {
  string dog = 1;
}

message WalkDogsRequest {}
""",
    "services/dogs/commands/walk_dog.py": '"""Walks a dog."""\n\n\nasync def walk_dog(work, dog):\n    await dogs.walk(dog)\n',
    "services/dogs/rpc/servicer.py": """\
from services.dogs.commands.feed_dog import feed_dog
from services.dogs.commands.walk_dog import walk_dog

METHODS = {
    "FeedDog": command(feed_dog),
    "WalkDog": command(walk_dog),
    "WashDog": command(wash_dog),
    "BrushDog": command(brush_dog),
    "CombDog": command(comb_dog),
    "PetDog": command(pet_dog),
}
""",
    "services/web/pages/dogs.py": """\
async def walk(ctx, form):
    request = pb.WalkDogRequest(dog=form.text("dog"))

    return await ctx.call(request)


async def feed(ctx, form):
    return None
""",
    "services/web/catalogues/en.po": 'msgid "walk_dog.title"\nmsgstr "Walk"\n',
    "tests/service/test_walk_dog.py": "async def test_it():\n    assert True\n",
    "protos/gen/kith/dogs/v1/dogs_pb2.py": "WalkDogRequest = 1\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_lines_are_counted_by_layer(tree: Path) -> None:
    costs = cost_of(["WalkDog"], tree)

    assert {layer: cost.lines for layer, cost in costs.items()} == {
        "protos": 5,
        "commands, queries": 3,
        "rpc": 2,
        "web": 3,
        "tests": 2,
        "translations": 1,
    }


def test_another_command_is_not_counted(tree: Path) -> None:
    assert {layer: cost.lines for layer, cost in cost_of(["WalkDogs"], tree).items()} == {"protos": 2}


def test_files_are_named(tree: Path) -> None:
    assert list(cost_of(["WalkDog"], tree)["web"].files) == ["services/web/pages/dogs.py"]


def test_a_change_costs_the_lines_that_it_adds() -> None:
    change = """\
diff --git a/services/web/routes.py b/services/web/routes.py
--- a/services/web/routes.py
+++ b/services/web/routes.py
@@ -1,2 +1,4 @@
 PAGES = (
+    Page("/walk", dogs.walk),
+
-)
+)
"""

    assert {layer: cost.files for layer, cost in cost_of_change(change).items()} == {"web": {"services/web/routes.py": 2}}
