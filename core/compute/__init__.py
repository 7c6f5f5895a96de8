"""Work for other processes: who asks, whose turn it is, where it runs, what is remembered of it.

    page ── ask ──► Service ── unit ──► a worker process     one a core; TensorFlow only here
      ▲              │   ▲                   │
      └─── news ─────┘   └───── result ──────┘

The app's process draws; it encodes, decodes and measures nothing. A page asks for what it would
like to show, as often as it likes, and gets the result, a `Failure` with the sentence to show, or
None while it is being computed:

    found = service.call(owner, ("luma", picture.sha256), luma_of, picture, priority=SHOWN)

* `call(owner, key, function, *arguments, priority, limit_s)`: a worker imports `function` by its
  name, the arguments can be pickled, `key` names all that decides the result. A `Picture` among
  the arguments travels to each worker once and is remembered there by its content. `function` may
  call `progress(share, text)`, which `service.progress(key)` tells to the page.
* `plan(owner, key, steps, priority)`: work of many units. The generator `steps()` yields `Unit`s
  and is sent their results, so that turns are taken between them: a unit is one encode, or as many
  as a quarter of a second allows. It runs in the app's process: it decides, and leaves the work
  to its units.
* `begin(owner, subject)` at the top of each run of a page: what the session asked for before and
  does not ask for again is dropped; what runs already is dropped after the unit at hand. A session
  that stops asking is taken to have left.
* `wait(owner, timeout)` returns as soon as something that `owner` asked for has come.

Turns: the most urgent work goes first – SHOWN pictures, CURVEs, further FIGURES, EXTRAs. For
pictures sessions stand in a line, before the others those that have seen none of what they look at;
for all else they take turns. A worker gets one unit at a time: the order stays ours, and no line
inside a cluster delays a person who comes later. Where several people look and ask for pictures,
all other work leaves one worker to them.

Workers are those of a `distributed` cluster: a local one, or one that is there already
(`RDX_DASK=tcp://…`); the code is the same. Its nannies replace a worker that dies, its scheduler
gives the unit to another one. A unit that outlasts its limit has its worker restarted and ends in
a sentence. `limits` holds every bound.
"""

from core.compute.service import Service
from core.compute.unit import CURVE, EXTRA, FIGURES, SHOWN, Failure, Unit
from core.compute.worker import progress

__all__ = ["CURVE", "EXTRA", "FIGURES", "SHOWN", "Failure", "Service", "Unit", "progress"]
