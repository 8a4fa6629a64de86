"""One page of the walk: who opens it, where, and what it must say."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class Stop:
    """A page: its name among the pictures, who opens it, its address, what its heading says.

    `of` names the object it shows (model, how to find one); `says` are words that must stand on it.
    """

    name: str
    user: str
    address: str
    title: str
    of: tuple = ()
    says: tuple[str, ...] = ()
    more: tuple[str, ...] = ()  # parts of the address behind the id
    query: str = ""
    ticked: tuple = ()  # an object whose id stands in the query, as if ticked in a list
    fill: tuple[tuple[str, str], ...] = ()  # name of a field, what is typed
    press: str = ""  # words of a button pressed then; it must change nothing; `says` follow

    def prepare(self, page):
        """Type and press what the stop asks for."""
        for name, value in self.fill:
            page.fill(f"main [name='{name}']", value)
        if self.press:
            page.locator("main").get_by_role("button", name=self.press).first.click()
            page.locator("main").get_by_text(self.says[0]).first.wait_for()

    def path(self):
        """Return where the page is. Call inside the tenant's transaction."""
        ticked = "".join(f"?ids={number}" for number in self._ids(self.ticked))
        address = reverse(self.address, args=(*self._ids(self.of), *self.more))
        return address + (ticked or self.query)

    def _ids(self, of):
        if not of:
            return ()
        model, wanted = of
        found = model.objects.filter(**wanted).order_by("pk").values_list("pk", flat=True).first()
        assert found, f"{self.name}: the standing city has no {model.__name__} with {wanted}"
        return (found,)
