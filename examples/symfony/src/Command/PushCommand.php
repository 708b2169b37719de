<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Command;

use GatewayClient\Symfony\GatewayPusher;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

#[AsCommand('gateway:push', 'Pushes a notice to a user')]
final class PushCommand extends Command
{
    public function __construct(private readonly GatewayPusher $pusher)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this->addArgument('uid', InputArgument::REQUIRED, 'Whom it is for');
        $this->addArgument('message', InputArgument::REQUIRED, 'The text');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $uid = $input->getArgument('uid');
        $pages = $this->pusher->pagesOf($uid);
        if (0 === $pages) {
            $output->writeln("$uid is not online");

            return self::FAILURE;
        }
        $this->pusher->toUser($uid, ['type' => 'notice', 'text' => $input->getArgument('message')]);
        if (!$this->pusher->flush() || $this->pusher->warnings() > 0) {
            $output->writeln('not certain that it arrived, see the log');

            return self::FAILURE;
        }
        $output->writeln("$uid: $pages ".(1 === $pages ? 'page' : 'pages'));

        return self::SUCCESS;
    }
}
