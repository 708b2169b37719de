<?php

declare(strict_types=1);

namespace GatewayClient\Think\command;

use GatewayClient\Think\Pusher;
use think\console\Command;
use think\console\input\Argument;
use think\console\input\Option;

class Announce extends Command
{
    protected function configure()
    {
        $this->setName('gateway:announce')
            ->setDescription('Push a notice to everyone, or to a group')
            ->addArgument('message', Argument::REQUIRED, 'The text')
            ->addOption('group', 'g', Option::VALUE_REQUIRED, 'Only to those in this group');
    }

    public function handle(Pusher $pusher): int
    {
        $notice = ['type' => 'notice', 'text' => $this->input->getArgument('message')];
        $group = $this->input->getOption('group');
        if ($group === null) {
            $pusher->toAll($notice);
        } else {
            $pusher->toGroup($group, $notice);
        }
        if (!$pusher->flush() || $pusher->warnings() > 0) {
            $this->output->writeln('not certain that it arrived everywhere, see the log');
            return 1;
        }
        $this->output->writeln('sent');
        return 0;
    }
}
