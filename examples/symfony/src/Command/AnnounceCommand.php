<?php

declare(strict_types=1);

namespace GatewayClient\Symfony\Command;

use GatewayClient\Symfony\GatewayPusher;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

#[AsCommand('gateway:announce', 'Pushes a notice to everyone, or to a group')]
final class AnnounceCommand extends Command
{
    public function __construct(private readonly GatewayPusher $pusher)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this->addArgument('message', InputArgument::REQUIRED, 'The text');
        $this->addOption('group', 'g', InputOption::VALUE_REQUIRED, 'Only to those in this group');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $notice = ['type' => 'notice', 'text' => $input->getArgument('message')];
        $group = $input->getOption('group');
        if (null === $group) {
            $this->pusher->toAll($notice);
        } else {
            $this->pusher->toGroup($group, $notice);
        }
        if (!$this->pusher->flush() || $this->pusher->warnings() > 0) {
            $output->writeln('not certain that it arrived everywhere, see the log');

            return self::FAILURE;
        }
        $output->writeln('sent');

        return self::SUCCESS;
    }
}
