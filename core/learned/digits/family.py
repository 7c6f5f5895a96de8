"""The digits' model families, registered with the store."""

from core.learned.digits.checks import check, check_vae
from core.store.families import Family, register

DIGITS = register(Family("mnist", check))
VAES = register(Family("vae", check_vae))
