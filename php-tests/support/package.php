<?php
// A throwaway project with files named like the pure PHP package's, which
// declare its classes. Written by the test that needs it, removed with it.

final class Package
{
    public $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/gwc' . getmypid() . bin2hex(random_bytes(4));
        mkdir($this->folder);
    }

    public function __destruct()
    {
        self::remove($this->folder);
    }

    private static function remove(string $path): void
    {
        foreach (array_diff(scandir($path), ['.', '..']) as $name) {
            is_dir("$path/$name") ? self::remove("$path/$name") : unlink("$path/$name");
        }
        rmdir($path);
    }

    public function write(string $name, string $source): string
    {
        $file = "$this->folder/$name";
        is_dir(dirname($file)) || mkdir(dirname($file), 0700, true);
        file_put_contents($file, $source);
        return $file;
    }

    // The package's shape: Gateway.php requires the others.
    public function writeAll(): string
    {
        $this->write('GatewayClient/Context.php',
            "<?php\nnamespace GatewayClient;\nclass Context { const PURE = 1; }\n");
        $this->write('GatewayClient/GatewayProtocol.php',
            "<?php\n\nnamespace GatewayClient;\n/** class */\nclass GatewayProtocol { const PURE = 1; }\n");
        return $this->write('GatewayClient/Gateway.php', <<<'PHP'
            <?php
            namespace GatewayClient;
            use \Exception;
            if (! class_exists(\Composer\Autoload\ClassLoader::class)) {
                require_once __DIR__ . '/Context.php';
                require_once __DIR__ . '/GatewayProtocol.php';
            }
            /** Sends. */
            class Gateway
            {
                const PURE = 1;
                public static function pure() { return 'class Gateway {}'; }
            }
            PHP);
    }

    // Runs PHP code in a process of its own, with our extension and settings.
    public function run(string $code, array $settings = []): void
    {
        $file = $this->write('run.php', "<?php\n" . $code);
        $command = escapeshellarg(getenv('TEST_PHP_EXECUTABLE') ?: PHP_BINARY) . ' ' .
            getenv('TEST_PHP_EXTRA_ARGS') . ' -d display_errors=1 -d html_errors=0 -d log_errors=0';
        foreach ($settings as $name => $value) {
            $command .= ' -d ' . escapeshellarg("$name=$value");
        }
        $output = shell_exec($command . ' ' . escapeshellarg($file) . ' 2>&1');
        echo str_replace($this->folder, 'FOLDER', trim((string)$output)), "\n";
    }
}
