"""Who may look into the books and who may act in them.

The books are the city centre's: a duty counts here only if it reaches the centre.
"""

from accounts.duties import Duty
from accounts.permissions import DutyNotHeld, reach_of
from common.actor import Person
from funds.selectors.books import city_centre


class BooksAtTheCity(DutyNotHeld):
    code = "BOOKS_AT_THE_CITY"
    message = "账簿由市级统一登记，您当前的岗位只能查看本机构业务，不能打开全市账簿"


def require_books(actor: Person) -> None:
    """Refuse unless the person's post may read the pool's books.

    Raises:
        BooksAtTheCity: the post reads no books, or only of one county office.
    """
    if not may(actor, Duty.BOOKS_READ):
        raise BooksAtTheCity


def may(actor: Person, *duties: Duty) -> bool:
    """Tell whether the person's current post may perform one of `duties` at the centre."""
    return centre_id(actor) in reach_of(actor, *duties)


def centre_id(actor: Person) -> int:
    """Return the id of the pool's city centre, asking the database only outside a request."""
    return city_centre().pk if actor.centre_id is None else actor.centre_id
