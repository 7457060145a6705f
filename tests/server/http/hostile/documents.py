"""Documents that would cost too much, each refused before it is run."""


def chain(links: int, spreads: int) -> str:
    """Fragments that spread the next one several times: as a tree they would have spreads ** links leaves."""
    made = [f"fragment F{i} on Query {{ {f'...F{i + 1} ' * spreads} }}" for i in range(links)]
    return f"{{ ...F0 }} {' '.join(made)} fragment F{links} on Query {{ __typename }}"


def many(times: int, text: str) -> str:
    return " ".join(text.replace("#", str(index)) for index in range(times))


DOCUMENTS = {
    "fragment bomb": chain(25, 2),
    "wide fragment bomb": chain(10, 20),
    "long chain of fragments": chain(200, 1),
    "chain of empty fragments": chain(25, 2).replace("__typename", ""),
    "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...B }",
    "fields in a circle": "{ customers { ...A } } fragment A on CustomerConnection { nodes { ...A } }",
    "3,000 levels": "{a" * 3000 + "}" * 3000,
    "150 levels": "{customers" * 150 + "{totalCount}" + "}" * 150,
    "inline fragments within each other": "{" + "... on Query {" * 100 + "__typename" + "}" * 101,
    "aliases": f"{{ {many(1500, 'a#: __typename')} }}",
    "aliases with fields": f"{{ {many(199, 'a#: customers { totalCount }')} }}",
    "one field again and again": "{" + "__typename " * 1900 + "}",
    "one list again and again": "{" + "customers(first: 1) { nodes { id } } " * 150 + "}",
    "fragments that overlap": "{"
    + many(110, "...F#")
    + "}"
    + many(110, "fragment F# on Query { customers { nodes { id } } }"),
    "repeats within repeats": "{" + ("customers { " + "nodes { " + "id " * 9 + "} " * 1 + "} ") * 18 + "}",
    "directives": "{ __typename " + "@skip(if: false) " * 300 + "}",
    "unknown directives": "{ __typename " + "@no " * 900 + "}",
    "unknown fields": f"{{ {many(1900, 'customerz#')} }}",
    "unknown arguments": f"{{ customers({many(600, 'firzt#: 1')}) {{ totalCount }} }}",
    "unknown types": many(300, "query Q# { ... on Custommer# { id } }"),
    "unknown variables": f"query ({many(450, '$v#: Int')}) {{ __typename }}",
    "unknown keys": f"{{ customers(where: {{ {many(450, 'statte#: {}')} }}) {{ totalCount }} }}",
    "unknown keys in a default": f"query ($w: CustomerWhere = {{ {many(450, 'statte#: {}')} }}) {{ "
    "customers(where: $w) { totalCount } }",
    "unknown values": f"{{ customers(where: {{ state: {{ in: [{'ACTIVEE ' * 1900}] }} }}) {{ totalCount }} }}",
    "wrong values": f"{{ customers(first: [{'1 ' * 1900}]) {{ totalCount }} }}",
    "huge name": "{" + "a" * 900_000 + "}",
    "huge string": '{ customer(by: {email: "' + "a" * 900_000 + '"}) { id } }',
    "huge comment": "#" + "x" * 900_000 + "\n{ __typename }",
    "many comments": "#x\n" * 100_000 + "{ __typename }",
    "spaces": " " * 900_000 + "{ __typename }",
    "the schema within the schema": "{ __schema { types { fields { type { fields { type { fields { name } } "
    "} } } } } }",
    "pages of pages": "{ customers(first: 100) { nodes { purchases(first: 100) { nodes { customer { "
    "purchases(first: 100) { nodes { id } } } } } } } }",
    "nodes of pages": "{ nodes(ids: [" + '"x",' * 100 + "]) { ... on Customer { purchases(first: 100) { nodes { "
    "customer { purchases(first: 100) { nodes { id } } } } } } } }",
    "one field under many names": f"{{ customers(first: 1) {{ {many(300, 'a#: totalCount')} }} }}",
    "a hundred and one aliases at the root": f"{{ {many(101, 'alias#: __typename')} }}",
    "ten directives on a field": "{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }",
    "directives on a fragment": "{ ... @a @b @c @d @e @f { __typename } }",
    "directives on an operation": "query " + "@a " * 6 + "{ __typename }",
    "sixty exports": f"{{ {many(60, 'a#: customerExport(id: 1)')} }}",
    "sixty schemas": "{" + many(60, "a#: __schema { types { name fields { name } inputFields { name } } }") + "}",
    "two schemas, one within a fragment": "{ ...A b: __schema { types { name } } } "
    "fragment A on Query { __schema { types { name } } }",
    "many types of the schema": "{" + many(11, 'a#: __type(name: "Query") { name }') + "}",
    "wrong names of types": many(10, "fragment F# on ProductReservationFilterOrder { id } ") + "{ __typename }",
    "an integer of 4,300 digits": f"{{ customers(first: {'1' * 4300}) {{ totalCount }} }}",
    "an integer of 60,000 digits": f"{{ customers(first: {'1' * 60000}) {{ totalCount }} }}",
    "a decimal of 5,000 digits": f"{{ customers(where: {{ birthdate: {{ eq: 1.{'1' * 5000} }} }}) {{ totalCount }} }}",
    "a name of 129 characters": "{" + "a" * 129 + "}",
    "a thousand empty conditions": f"{{ customers(where: {{ and: [{'{} ' * 900}] }}) {{ totalCount }} }}",
    "conditions within each other": "{ customers(where: " + "{ and: " * 300 + "{ }" + " }" * 300 + ") { totalCount } }",
    "JSON 100 levels deep": 'mutation { pointsAssign(input: { customer: { id: "1" }, extendedData: '
    + "{ a: " * 100
    + "1"
    + " }" * 100
    + " }) { repeated } }",
    "two keys for one row": "query ($n: String!, $i: ID) { card(by: { number: $n, id: $i }) { id } }",
}
