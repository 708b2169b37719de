"""Blocks of C."""


def program(text, before="", after=""):
    """A fragment becomes a program: its #include lines, then main()."""
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#include")]
    body = [line for line in lines if not line.startswith("#include")]
    return "\n".join(["#include <stdio.h>", *head, "int main(void)", "{",
                      before, *body, after, "return 0;", "}", ""])
