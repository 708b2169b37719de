<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Command;

use GatewayClient\Symfony\GatewayPusher;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Helper\Table;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

#[AsCommand('gateway:online', 'Shows who is online')]
final class OnlineCommand extends Command
{
    public function __construct(private readonly GatewayPusher $pusher)
    {
        parent::__construct();
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $online = $this->pusher->online();
        $table = new Table($output);
        $table->setHeaders(['', 'name', 'pages']);
        foreach (['user' => $online['users'], 'group' => $online['groups']] as $kind => $rows) {
            foreach ($rows as $name => $pages) {
                $table->addRow([$kind, $name, $pages]);
            }
        }
        $table->addRow(['all', '', $online['connections']]);
        $table->render();

        return self::SUCCESS;
    }
}
