"""Starting a training: the choice of a family of models, and its form."""

from dashboard.training.digit_forms import coder_form, vae_form
from dashboard.training.photo_form import photos_form
from dashboard.ui.slots import Slot, one_of

FORMS = {
    "Digits": coder_form,
    "Digits, variational autoencoder": vae_form,
    "Photographs": photos_form,
}
FAMILY = Slot("train_family", "Digits")


def show() -> None:
    """The choice of a family and its form."""
    names = {name: name for name in FORMS}
    family = one_of("What to train", names, FAMILY, label_visibility="collapsed")
    FORMS[family]()
