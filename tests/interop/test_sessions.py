"""Sessions of any content: what getAllClientSessions() makes of them is what
unserialize() does."""

import unittest

from harness.cluster import make_cluster
from harness.php import Php

# As an application may have set them with setSocketSession().
TEXTS = [
    b"",
    b"a:0:{}",
    b'a:2:{s:4:"name";s:3:"Ann";s:4:"room";i:7;}',
    b'a:2:{s:4:"name";s:3:"Ann";s:4:"room";i:7;}',  # the same again
    b'a:2:{s:4:"name";s:3:"Bob";s:4:"room";i:-7;}',
    b'a:3:{i:0;s:0:"";i:1;s:1:"x";i:2;N;}',
    b'a:3:{i:5;b:1;i:-3;b:0;i:0;a:1:{i:0;a:0:{}}}',
    b'a:4:{s:1:"7";i:1;s:2:"07";i:2;s:2:"-3";i:3;s:0:"";i:4;}',
    b'a:3:{s:1:"a";i:1;s:1:"b";i:2;s:1:"a";i:3;}',  # a key twice
    b'a:2:{i:7;s:1:"a";s:1:"7";s:1:"b";}',
    b'a:2:{s:1:"i";i:9223372036854775807;s:1:"j";i:-9223372036854775808;}',
    b'a:1:{s:1:"i";i:92233720368547758070;}',
    b'a:1:{s:1:"i";i:007;}',
    b'a:1:{s:1:"i";i:+7;}',
    b'a:1:{s:1:"i";i:-0;}',
    b'a:2:{s:1:"d";d:0.1;s:1:"e";d:-INF;}',
    b'a:1:{s:1:"o";O:8:"stdClass":1:{s:1:"p";i:1;}}',
    b'a:2:{i:0;a:1:{i:0;i:1;}i:1;R:2;}',
    b'a:1:{i:0;E:11:"Suit:Hearts";}',
    b's:3:"abc";',
    b"i:7;",
    b"N;",
    b'a:1:{s:4:"text";s:4:"a\0\xff\xfe";}',
    b'a:1:{s:4:"text";s:5:"a";}',      # a wrong length
    b'a:2:{s:4:"text";s:1:"a";}',      # a wrong count
    b'a:1:{s:4:"text";s:1:"a";}tail',
    b'a:1:{s:4:"text";s:1:"a";',
    b'a:1:{N;i:1;}',
    b'a:1:{i:0;b:2;}',
    b'a:1000000000:{i:0;i:1;}',
    b"a:1:{i:0;" * 40 + b"N;" + b"}" * 40,
    b'a:1:{i:0;s:70000:"' + b"x" * 70000 + b'";}',
    b"a:20:{" + b"".join(b's:6:"key %02d";i:%d;' % (i, i)
                         for i in range(20)) + b"}",
]

EXPECTED = """array_map(fn ($text) => $text === '' ? []
    : @unserialize($text, ['allowed_classes' => false]),
    array_map('hex2bin', $texts))"""
FETCHED = """(function () use ($ids) {
    $all = Gateway::getAllClientSessions();
    return array_map(fn ($id) => $all[$id], $ids);
})()"""


class Sessions(unittest.TestCase):
    server = "gatewayd"

    def setUp(self):
        self.cluster = make_cluster(self.server)
        self.addCleanup(self.cluster.close)
        self.clients = [self.cluster.connect() for _ in TEXTS]
        for client in self.clients:
            self.addCleanup(client.close)
        self.php = Php(True, self.cluster)
        self.addCleanup(self.php.close)
        self.ids = [client.client_id for client in self.clients]
        for client_id, text in zip(self.ids, TEXTS):
            self.php.call("Gateway::setSocketSession($id, hex2bin($text))",
                          id=client_id, text=text.hex())
        self.assertTrue(self.php.call("Gateway::flush()").value)

    def test_are_what_unserialize_makes_of_them(self):
        expected = self.php.call(EXPECTED, texts=[t.hex() for t in TEXTS])
        got = self.php.call(FETCHED, ids=self.ids)
        self.assertIsNone(got.throws)
        self.assertEqual(got.raw, expected.raw)
        # One for each that unserialize() does not take.
        refused = [w for w in got.warnings if "cannot unserialize" in w]
        self.assertEqual(len(refused), self.php.call(
            f"count(array_filter({EXPECTED}, fn ($x) => $x === false))",
            texts=[t.hex() for t in TEXTS]).value)

    def test_equal_ones_are_changed_one_by_one(self):
        got = self.php.call("""(function () use ($a, $b) {
            $all = Gateway::getAllClientSessions();
            $all[$a]['name'] = 'Eve';
            $all[$a]['more'][] = 1;
            return [$all[$a], $all[$b]];
        })()""", a=self.ids[2], b=self.ids[3])
        expected = self.php.call(
            "[['name' => 'Eve', 'room' => 7, 'more' => [1]],"
            " ['name' => 'Ann', 'room' => 7]]")
        self.assertEqual(got.raw, expected.raw)


if __name__ == "__main__":
    unittest.main()
