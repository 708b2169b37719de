<?php

declare(strict_types=1);

namespace GatewayClient\Think\command;

use GatewayClient\Think\Pusher;
use think\console\Command;
use think\console\Table;

class Online extends Command
{
    protected function configure()
    {
        $this->setName('gateway:online')
            ->setDescription('Show who is online');
    }

    public function handle(Pusher $pusher): int
    {
        $online = $pusher->online();
        $rows = [];
        foreach (['user' => $online['users'], 'group' => $online['groups']] as $kind => $names) {
            foreach ($names as $name => $pages) {
                $rows[] = [$kind, (string) $name, (string) $pages];
            }
        }
        $rows[] = ['all', '', (string) $online['connections']];

        $table = new Table();
        $table->setHeader(['', 'name', 'pages']);
        $table->setRows($rows);
        $this->table($table);
        return 0;
    }
}
