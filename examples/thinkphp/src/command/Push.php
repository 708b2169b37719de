<?php

declare(strict_types=1);

namespace GatewayClient\Think\command;

use GatewayClient\Think\Pusher;
use think\console\Command;
use think\console\input\Argument;

class Push extends Command
{
    protected function configure()
    {
        $this->setName('gateway:push')
            ->setDescription('Push a notice to a user')
            ->addArgument('uid', Argument::REQUIRED, 'Whom it is for')
            ->addArgument('message', Argument::REQUIRED, 'The text');
    }

    public function handle(Pusher $pusher): int
    {
        $uid = (string) $this->input->getArgument('uid');
        $pages = $pusher->pagesOf($uid);
        if ($pages === 0) {
            $this->output->writeln("$uid is not online");
            return 1;
        }
        $pusher->toUser($uid, ['type' => 'notice', 'text' => $this->input->getArgument('message')]);
        if (!$pusher->flush() || $pusher->warnings() > 0) {
            $this->output->writeln('not certain that it arrived, see the log');
            return 1;
        }
        $this->output->writeln("$uid: $pages " . ($pages === 1 ? 'page' : 'pages'));
        return 0;
    }
}
