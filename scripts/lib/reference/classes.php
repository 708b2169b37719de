<?php
/* Prints as JSON what Reflection knows of the public members of the classes:
 * of the stub file, whose docstrings are the manual, or of the extension.
 *
 *   php -n classes.php stubs/GatewayClient.php
 *   php -d extension=… classes.php */
declare(strict_types=1);

/** As people write it. */
function literal($value): string
{
    if (!is_array($value)) {
        return $value === null ? 'null' : var_export($value, true);
    }
    $members = [];
    foreach ($value as $key => $member) {
        $members[] = var_export($key, true) . ' => ' . literal($member);
    }
    return '[' . implode(', ', $members) . ']';
}

function signature_of_method(ReflectionMethod $method): string
{
    $parameters = [];
    foreach ($method->getParameters() as $parameter) {
        $text = $parameter->hasType() ? $parameter->getType() . ' ' : '';
        $text .= '$' . $parameter->getName();
        if ($parameter->isOptional()) {
            $text .= ' = ' . literal($parameter->getDefaultValue());
        }
        $parameters[] = $text;
    }
    return implode(' ', Reflection::getModifierNames($method->getModifiers()))
        . ' function ' . $method->getName() . '(' . implode(', ', $parameters) . ')'
        . ($method->hasReturnType() ? ': ' . $method->getReturnType() : '');
}

function members_of(ReflectionClass $class): array
{
    $members = ['doc' => (string) $class->getDocComment(), 'constants' => [],
        'properties' => [], 'methods' => []];
    foreach ($class->getReflectionConstants(ReflectionClassConstant::IS_PUBLIC) as $constant) {
        $members['constants'][$constant->getName()] = [
            'doc' => (string) $constant->getDocComment(), 'value' => $constant->getValue()];
    }
    foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
        $members['properties'][$property->getName()] = [
            'doc' => (string) $property->getDocComment(),
            'signature' => 'public static $' . $property->getName() . ' = '
                . literal($property->getValue()) . ';'];
    }
    foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
        if ($method->getDeclaringClass()->getName() === $class->getName()) {
            $members['methods'][$method->getName()] = [
                'doc' => (string) $method->getDocComment(),
                'signature' => signature_of_method($method)];
        }
    }
    return $members;
}

if (isset($argv[1])) {
    require $argv[1];
}
$classes = [];
foreach (get_declared_classes() as $name) {
    if (strncmp($name, 'GatewayClient\\', 14) === 0) {
        $classes[substr($name, 14)] = members_of(new ReflectionClass($name));
    }
}
echo json_encode($classes, JSON_THROW_ON_ERROR | JSON_PRETTY_PRINT), "\n";
