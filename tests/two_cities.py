"""Two cities side by side with an object of every kind in them, and one waiting for every form."""

from tests.architecture.matrix_objects import plant
from tests.bad_input.ground import Ground, prepared
from tests.bad_input.windows import send_batch
from tests.city import OFFICES, City, found_city
from tests.reconciliation.build import pay
from tests.standing import check_deferred

CENTRE, OFFICE, OTHER_OFFICE = "510400", "510402", "510422"
SMALL = tuple(office for office in OFFICES if office[0] in (CENTRE, OFFICE))


def found_two_cities() -> tuple[Ground, City]:
    """Found both; the first is asked, the second must never be seen from it."""
    own = prepared(found_city())
    send_batch(own)
    pay(own, OTHER_OFFICE, ["1864.00", "1760.00"], fails=[1])  # the first failures are sent again
    check_deferred()  # at COMMIT the rows of the first city would no longer be seen
    other = found_city("513400", "凉山州", SMALL, prefix="ls")
    plant(other, OFFICE)
    return own, other
