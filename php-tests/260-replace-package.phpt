--TEST--
replace_package: files of the pure PHP package compile to nothing, other files do not
--SKIPIF--
<?php if (!extension_loaded('gatewayclient')) die('skip no extension'); ?>
--FILE--
<?php
require __DIR__ . '/support/package.php';
$p = new Package;

echo "the manual's way: ";
require_once $p->writeAll();
echo json_encode([(new ReflectionClass('GatewayClient\Gateway'))->isInternal(),
    defined('GatewayClient\Context::PURE'), class_exists('GatewayClient\GatewayProtocol', false)]), "\n";

echo "Composer's: ";
spl_autoload_register(function ($class) {
    echo "asked for $class ";
});
echo json_encode(class_exists('GatewayClient\Gateway')), "\n";

// PHP refuses to declare a class twice: what is not replaced would be fatal.
$declarations = [
    'plain' => "<?php\nnamespace GatewayClient;\nclass Gateway {}\n",
    'case' => "<?php NAMESPACE gatewayclient; CLASS GATEWAY {}",
    'braces' => "<?php namespace App { class Gateway {} } namespace GatewayClient { class Gateway {} }",
    'modifiers' => "<?php\ndeclare(strict_types=1);\nnamespace GatewayClient;\nabstract class Gateway {}",
    'comments' => "<?php // <?php\n/* class X */ namespace /* y */ GatewayClient # z\n; class\n// w\nGateway\n{}",
    'CRLF' => "<?php\r\nnamespace GatewayClient;\r\n\r\nclass Gateway\r\n{\r\n}\r\n",
    'html' => "\xEF\xBB\xBFtext <b><?xml ?> <?php namespace GatewayClient; ?> x <?php class Gateway {}",
    'strings' => "<?php namespace GatewayClient; \$a = 'it\\'s'; \$b = \"\\\"\"; \$c = <<<X\nX1 'x\n X;\n\$d = <<<'Y'\n\"\nY;\nclass Gateway {}",
    'conditional' => "<?php namespace GatewayClient; if (1) { class Gateway {} }",
    'attribute' => "<?php namespace GatewayClient; #[X('#[')]\nclass Gateway {}",
    'colons' => "<?php namespace GatewayClient; if (1): class Gateway {} endif;",
    'label' => "<?php namespace App; a: namespace GatewayClient; class Gateway {}",
    'names' => "<?php namespace GatewayClient; class A { const NAMESPACE = 1; function namespace() {} use T { f as g; namespace as h; } } class Gateway {}",
    'CR' => "<?php\rnamespace GatewayClient; // x\r\$a = <<<X\rit's\rX;\rclass Gateway {}",
    'code-in-string' => '<?php namespace GatewayClient; $f = function ($a) { return "{$a["\'"]} \{"; }; class Gateway {}',
    'much-code-in-strings' => '<?php namespace GatewayClient; $a = []; $b = ["' . str_repeat('{$a}', 40) . '"]; class Gateway {}',
    'late' => "<?php namespace GatewayClient;" . str_repeat("\n// line", 20000) . "\nclass Gateway {}",
];
foreach ($declarations as $name => $source) {
    ob_start();
    $result = require $p->write("yes-$name/Gateway.php", $source);
    $output = ob_get_clean();
    echo $name, ': ', json_encode([$result, $output]), "\n";
}

$others = [
    'other-namespace/Gateway.php' => "<?php namespace App; class Gateway extends \\GatewayClient\\Gateway {} return 'runs';",
    'no-namespace/Gateway.php' => "<?php class Gateway {} return 'runs';",
    'other-class/Gateway.php' => "<?php namespace GatewayClient; class GatewayTwo {} return 'runs';",
    'in-string/Gateway.php' => "<?php namespace GatewayClient; \$x = 'class Gateway {}'; return 'runs';",
    'in-heredoc/Gateway.php' => "<?php namespace GatewayClient; \$x = <<<X\n; class Gateway {}\nX;\n return 'runs';",
    'in-code-in-string/Gateway.php' => '<?php namespace GatewayClient; $a = ["; class Gateway {}" => "runs"]; return "{$a["; class Gateway {}"]}";',
    'in-heredoc-after-label/Gateway.php' => "<?php namespace GatewayClient; \$x = <<<X\n no X; class Gateway {}\nX;\n return 'runs';",
    'halted/Gateway.php' => "<?php namespace GatewayClient; return 'runs'; __halt_compiler(); class Gateway {}",
    'in-comment/Gateway.php' => "<?php namespace GatewayClient; // class Gateway {}\n/* class Gateway */ return 'runs';",
    'after-arrow/Gateway.php' => "<?php namespace GatewayClient; \$o = (object)['b' => 'runs']; return \$o->#[ class Gateway {}\nb;",
    'in-html/Gateway.php' => "<?php namespace GatewayClient; ?> class Gateway {} <?php return 'runs';",
    'constant/Gateway.php' => "<?php namespace GatewayClient; \$x = Context::class; \$y = [new class extends Gateway {}]; return 'runs';",
    'variable/Gateway.php' => "<?php namespace GatewayClient; \$class = 1; \$o = new \\stdClass; \$o->class = 2; return 'runs';",
    'use/Context.php' => "<?php namespace App; use GatewayClient\\Context; return 'runs';",
    'other-name/MyGateway.php' => "<?php namespace GatewayClient; class MyGateway {} return 'runs';",
    'other-end/Gateway.php.inc' => "<?php namespace GatewayClient; class Third {} return 'runs';",
    'nul/Gateway.php' => "<?php namespace App2; \$x = '\0'; return 'runs';",
    'empty/Gateway.php' => '',
    'html-only/Gateway.php' => 'class Gateway',
];
foreach ($others as $name => $source) {
    ob_start();
    $result = require $p->write("no-$name", $source);
    $output = ob_get_clean();
    echo $name, ': ', json_encode([$result, $output]), "\n";
}

// To PHP 7 an attribute is a comment, and nothing is declared.
$result = require $p->write('line/Gateway.php', "<?php namespace GatewayClient; #[X] class Gateway {}\nreturn 'runs';");
echo 'an attribute: ', json_encode($result === (PHP_VERSION_ID < 80000 ? 'runs' : 1)), "\n";

echo "a file that is not there:\n";
set_error_handler(function ($level, $text) use ($p) {
    echo '  ', preg_replace("/include_path='.*'/", 'include_path', str_replace($p->folder, 'FOLDER', $text)), "\n";
});
include "$p->folder/none/Gateway.php";
echo "a syntax error:\n";
try {
    include $p->write('syntax/Gateway.php', '<?php namespace GatewayClient; class 1;');
} catch (ParseError $e) {
    echo '  ', get_class($e), ' on line ', $e->getLine(), "\n";
}

echo "a stream wrapper:\n";
class Wrapper
{
    public $context;
    public static $source;
    private $at = 0;
    public function stream_open() { return true; }
    public function stream_read($n) { $s = (string)substr(self::$source, $this->at, $n); $this->at += strlen($s); return $s; }
    public function stream_eof() { return $this->at >= strlen(self::$source); }
    public function stream_stat() { return []; }
    public function url_stat() { return ['mode' => 0100644, 'size' => 1]; }
    public function stream_set_option() { return false; }
}
stream_wrapper_register('mine', 'Wrapper');
Wrapper::$source = $declarations['plain'];
var_dump(include 'mine://Gateway.php');
Wrapper::$source = "<?php return 'runs';";
var_dump(include 'mine://Gateway.php');

echo "switched off:\n";
$p->run("require '$p->folder/GatewayClient/Gateway.php';", ['gatewayclient.replace_package' => 0]);
?>
--EXPECTF--
the manual's way: [true,false,true]
Composer's: true
plain: [1,""]
case: [1,""]
braces: [1,""]
modifiers: [1,""]
comments: [1,""]
CRLF: [1,""]
html: [1,""]
strings: [1,""]
conditional: [1,""]
attribute: [1,""]
colons: [1,""]
label: [1,""]
names: [1,""]
CR: [1,""]
code-in-string: [1,""]
much-code-in-strings: [1,""]
late: [1,""]
other-namespace/Gateway.php: ["runs",""]
no-namespace/Gateway.php: ["runs",""]
other-class/Gateway.php: ["runs",""]
in-string/Gateway.php: ["runs",""]
in-heredoc/Gateway.php: ["runs",""]
in-code-in-string/Gateway.php: ["runs",""]
in-heredoc-after-label/Gateway.php: ["runs",""]
halted/Gateway.php: ["runs",""]
in-comment/Gateway.php: ["runs",""]
after-arrow/Gateway.php: ["runs",""]
in-html/Gateway.php: ["runs"," class Gateway {} "]
constant/Gateway.php: ["runs",""]
variable/Gateway.php: ["runs",""]
use/Context.php: ["runs",""]
other-name/MyGateway.php: ["runs",""]
other-end/Gateway.php.inc: ["runs",""]
nul/Gateway.php: ["runs",""]
empty/Gateway.php: [1,""]
html-only/Gateway.php: [1,"class Gateway"]
an attribute: true
a file that is not there:
  include(FOLDER/none/Gateway.php): %cailed to open stream: No such file or directory
  include(): Failed opening 'FOLDER/none/Gateway.php' for inclusion (include_path)
a syntax error:
  ParseError on line 1
a stream wrapper:
int(1)
string(4) "runs"
switched off:
Fatal error: Cannot %Sdeclare class GatewayClient\Context%S in FOLDER/GatewayClient/Context.php on line 3
