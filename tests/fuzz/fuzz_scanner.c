/* Whatever PHP can parse declares what its syntax tree says; letters change
 * their case without changing that. */
#include "php.h"

#include <zend_arena.h>
#include <zend_ast.h>
#include <zend_compile.h>
#include <zend_exceptions.h>

#include <sanitizer/lsan_interface.h>

#include "scanner.h"

#define NAMESPACE "GatewayClient"

/* ---- what PHP says ------------------------------------------------------ */

static bool is(const zend_string *text, const char *other)
{
    return text != NULL &&
           zend_binary_strcasecmp(ZSTR_VAL(text), ZSTR_LEN(text), other,
                                  strlen(other)) == 0;
}

static zend_ast **children(zend_ast *ast, uint32_t *count)
{
    if (zend_ast_is_list(ast)) {
        *count = zend_ast_get_list(ast)->children;
        return zend_ast_get_list(ast)->child;
    }
    switch (ast->kind) {
    case ZEND_AST_FUNC_DECL:
    case ZEND_AST_CLOSURE:
    case ZEND_AST_METHOD:
    case ZEND_AST_CLASS:
    case ZEND_AST_ARROW_FUNC:
        *count = sizeof(((zend_ast_decl *)ast)->child) / sizeof(zend_ast *);
        return ((zend_ast_decl *)ast)->child;
    default:
        *count = zend_ast_is_special(ast) ? 0 : zend_ast_get_num_children(ast);
        return ast->child;
    }
}

static bool is_class(zend_ast *ast, const char *name)
{
    const zend_ast_decl *decl = (zend_ast_decl *)ast;

    return ast->kind == ZEND_AST_CLASS && is(decl->name, name) &&
           (decl->flags & (ZEND_ACC_INTERFACE | ZEND_ACC_TRAIT | ZEND_ACC_ENUM |
                           ZEND_ACC_ANON_CLASS)) == 0;
}

/* Anywhere but in code that stands in a string. */
static bool has_class(zend_ast *ast, const char *name)
{
    zend_ast **child;
    uint32_t i, count;

    if (ast == NULL || ast->kind == ZEND_AST_ENCAPS_LIST ||
        ast->kind == ZEND_AST_SHELL_EXEC)
        return false;
    if (is_class(ast, name))
        return true;
    child = children(ast, &count);
    for (i = 0; i < count; i++) {
        if (has_class(child[i], name))
            return true;
    }
    return false;
}

static bool is_ours(zend_ast *namespace)
{
    return namespace->child[0] != NULL &&
           is(zend_ast_get_str(namespace->child[0]), NAMESPACE);
}

static bool declares(zend_ast_list *file, const char *name)
{
    bool ours = false;
    uint32_t i;

    for (i = 0; i < file->children; i++) {
        zend_ast *ast = file->child[i];

        if (ast != NULL && ast->kind == ZEND_AST_NAMESPACE) {
            ours = is_ours(ast);
            ast = ast->child[1];
        }
        if (ours && has_class(ast, name))
            return true;
    }
    return false;
}

static bool nests(zend_ast *block)
{
    zend_ast_list *list;
    uint32_t i;

    if (block == NULL || !zend_ast_is_list(block))
        return false;
    list = zend_ast_get_list(block);
    for (i = 0; i < list->children; i++) {
        if (list->child[i] != NULL &&
            (list->child[i]->kind == ZEND_AST_NAMESPACE ||
             nests(list->child[i])))
            return true;
    }
    return false;
}

/* The compiler refuses what stands beside or in a namespace with braces, after
 * the parser took it. */
static bool is_sound(zend_ast_list *file)
{
    bool has_braces = false, has_others = false;
    uint32_t i;

    for (i = 0; i < file->children; i++) {
        zend_ast *ast = file->child[i];

        if (ast == NULL || ast->kind == ZEND_AST_DECLARE ||
            ast->kind == ZEND_AST_HALT_COMPILER)
            continue;
        if (ast->kind != ZEND_AST_NAMESPACE || ast->child[1] == NULL) {
            has_others = true;
            continue;
        }
        has_braces = true;
        if (nests(ast->child[1]))
            return false;
    }
    return !has_braces || !has_others;
}

/* ---- held to it --------------------------------------------------------- */

static const char *const names[] = {"Gateway", "Context"};

static void check_names(zend_ast *file, const char *source, size_t size)
{
    size_t i;

    if (!is_sound(zend_ast_get_list(file)))
        return;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        HOLDS(php_gwc_declares_class(source, size, NAMESPACE, names[i]) ==
              declares(zend_ast_get_list(file), names[i]));
}

/* NULL: PHP cannot parse it. What the parser loses then is its own affair. */
static zend_ast *parse(zend_string *code, zend_arena **arena)
{
    zend_ast *volatile file = NULL;

    __lsan_disable();
    zend_try
    {
        file = zend_compile_string_to_ast(code, arena, ZSTR_EMPTY_ALLOC());
    }
    zend_end_try();
    zend_clear_exception();
    __lsan_enable();
    return file;
}

static void compare_with_php(const char *source, size_t size)
{
    zend_string *code = zend_string_init(source, size, 0);
    zend_arena *arena;
    zend_ast *file = parse(code, &arena);

    if (file != NULL) {
        check_names(file, source, size);
        zend_ast_destroy(file);
        zend_arena_destroy(arena);
    }
    zend_string_release(code);
}

static char other_case(char c)
{
    return isalpha((unsigned char)c) && (unsigned char)c < 0x80
               ? (char)(c ^ 0x20)
               : c;
}

static void check_case(char *source, size_t size)
{
    bool before = php_gwc_declares_class(source, size, NAMESPACE, "Gateway");
    size_t i;

    for (i = 0; i < size; i++)
        source[i] = other_case(source[i]);
    HOLDS(php_gwc_declares_class(source, size, NAMESPACE, "Gateway") == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *source = fuzz_copy(data, size);

    compare_with_php(source, size);
    check_case(source, size);
    free(source);
    return 0;
}
