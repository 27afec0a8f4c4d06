"""A call is described once and made twice: `@call` on a description makes it a method that answers, or one to be awaited.

class Enrollments(Resource[By]):
    @call
    def get(self, enrollment: Id) -> Ask[Enrollment]: ...

Client(...).enrollments.get(id)              -> Enrollment
await AsyncClient(...).enrollments.get(id)   -> Enrollment
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from pydantic import BaseModel

from app.client.asking import Ask, Fetch, Fetched, Listing, Watch
from app.client.sending import AsyncSender, Sender

By = TypeVar("By", bound=Sender | AsyncSender)
How = ParamSpec("How")
Answer = TypeVar("Answer", bound=BaseModel)
Item = TypeVar("Item")


class Resource(Generic[By]):
    """Calls about one kind of thing, made by a sender."""

    def __init__(self, by: By) -> None:
        self._by = by


class call(Generic[How, Answer]):  # noqa: N801 - a decorator
    """A request and its answer."""

    def __init__(self, describe: Callable[Concatenate[Any, How], Ask[Answer]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, of: Resource[Sender], kind: type) -> Callable[How, Answer]: ...
    @overload
    def __get__(self, of: Resource[AsyncSender], kind: type) -> Callable[How, Coroutine[Any, Any, Answer]]: ...
    def __get__(self, of: Any, kind: type) -> Any:
        return self if of is None else lambda *args, **more: of._by.send(self.describe(of, *args, **more))


class listed(Generic[How, Item]):  # noqa: N801 - a decorator
    """A list, walked page by page as it is asked for."""

    def __init__(self, describe: Callable[Concatenate[Any, How], Listing[Item]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, of: Resource[Sender], kind: type) -> Callable[How, Iterator[Item]]: ...
    @overload
    def __get__(self, of: Resource[AsyncSender], kind: type) -> Callable[How, AsyncIterator[Item]]: ...
    def __get__(self, of: Any, kind: type) -> Any:
        return self if of is None else lambda *args, **more: of._by.walk(self.describe(of, *args, **more))


class fetched(Generic[How]):  # noqa: N801 - a decorator
    """A file, written while it comes."""

    def __init__(self, describe: Callable[Concatenate[Any, How], Fetch]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, of: Resource[Sender], kind: type) -> Callable[How, Fetched]: ...
    @overload
    def __get__(self, of: Resource[AsyncSender], kind: type) -> Callable[How, Coroutine[Any, Any, Fetched]]: ...
    def __get__(self, of: Any, kind: type) -> Any:
        return self if of is None else lambda *args, **more: of._by.fetch(self.describe(of, *args, **more))


class watched(Generic[How, Answer]):  # noqa: N801 - a decorator
    """Something that takes a while, waited for."""

    def __init__(self, describe: Callable[Concatenate[Any, How], Watch[Answer]]) -> None:
        self.describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, of: Resource[Sender], kind: type) -> Callable[How, Answer]: ...
    @overload
    def __get__(self, of: Resource[AsyncSender], kind: type) -> Callable[How, Coroutine[Any, Any, Answer]]: ...
    def __get__(self, of: Any, kind: type) -> Any:
        return self if of is None else lambda *args, **more: of._by.watch(self.describe(of, *args, **more))
