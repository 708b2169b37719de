<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Command;

use GatewayClient\Symfony\GatewayPusher;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

#[AsCommand('gateway:kick', 'Closes all connections of a user')]
final class KickCommand extends Command
{
    public function __construct(private readonly GatewayPusher $pusher)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this->addArgument('uid', InputArgument::REQUIRED, 'Whose');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $closed = $this->pusher->kick($input->getArgument('uid'));
        $output->writeln("$closed closed");
        if ($this->pusher->warnings() > 0) {
            $output->writeln('not certain that these were all, see the log');

            return self::FAILURE;
        }

        return self::SUCCESS;
    }
}
