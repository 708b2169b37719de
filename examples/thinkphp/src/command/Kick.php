<?php

declare(strict_types=1);

namespace GatewayClient\Think\command;

use GatewayClient\Think\Pusher;
use think\console\Command;
use think\console\input\Argument;

class Kick extends Command
{
    protected function configure()
    {
        $this->setName('gateway:kick')
            ->setDescription('Close all connections of a user')
            ->addArgument('uid', Argument::REQUIRED, 'Whose');
    }

    public function handle(Pusher $pusher): int
    {
        $closed = $pusher->kick((string) $this->input->getArgument('uid'));
        $this->output->writeln("$closed closed");
        if ($pusher->warnings() > 0) {
            $this->output->writeln('not certain that these were all, see the log');
            return 1;
        }
        return 0;
    }
}
