--TEST--
config.m4 and config.w32 name every source, once
--SKIPIF--
<?php if (!is_file(dirname(__DIR__) . '/config.w32')) die('skip outside the source tree'); ?>
--FILE--
<?php
$root = dirname(__DIR__);
$files = [];
foreach (['ext', 'libgwclient/src', 'libgwclient/wire'] as $folder) {
    foreach (glob("$root/$folder/*.c") as $file) {
        $files[] = $folder . '/' . basename($file);
    }
}
sort($files);
foreach (['config.m4', 'config.w32'] as $script) {
    preg_match_all('~\b(?:ext|libgwclient/\w+)/\w+\.c\b~', file_get_contents("$root/$script"), $m);
    sort($m[0]);
    echo $script, ': ', $m[0] === $files ? 'complete'
        : json_encode(['missing' => array_diff($files, $m[0]), 'extra' => array_diff($m[0], $files),
                       'twice' => array_diff_key($m[0], array_unique($m[0]))]), "\n";
}
?>
--EXPECT--
config.m4: complete
config.w32: complete
