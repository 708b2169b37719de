<?php

declare(strict_types=1);

namespace GatewayClient\Symfony;

use GatewayClient\Gateway;
use GatewayClient\Symfony\Command\AnnounceCommand;
use GatewayClient\Symfony\Command\KickCommand;
use GatewayClient\Symfony\Command\OnlineCommand;
use GatewayClient\Symfony\Command\PushCommand;
use GatewayClient\Symfony\Message\PushHandler;
use Symfony\Component\Config\Definition\Configurator\DefinitionConfigurator;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Bundle\AbstractBundle;
use Symfony\Component\Messenger\MessageBusInterface;

final class GatewayClientBundle extends AbstractBundle
{
    protected string $extensionAlias = 'gateway_client';

    public function configure(DefinitionConfigurator $definition): void
    {
        $definition->rootNode()
            ->children()
                ->scalarNode('register_address')
                    ->info('host:port of the Register; several with commas')
                    ->defaultNull()
                ->end()
                ->scalarNode('secret_key')
                    ->info('The key of the cluster')
                    ->defaultNull()
                ->end()
                ->floatNode('connect_timeout')
                    ->info('Seconds for one connection attempt')
                    ->defaultNull()
                ->end()
                ->floatNode('timeout')
                    ->info('Seconds for a whole call, all gateways together')
                    ->defaultNull()
                ->end()
            ->end();
    }

    /** @param array<string, mixed> $config */
    public function loadExtension(array $config, ContainerConfigurator $container, ContainerBuilder $builder): void
    {
        $container->parameters()->set('gateway_client.settings', $config);

        $services = $container->services()->defaults()->autowire()->autoconfigure();
        $services->set(GatewayPusher::class);
        foreach ([PushCommand::class, AnnounceCommand::class, OnlineCommand::class, KickCommand::class] as $command) {
            $services->set($command);
        }
        if (interface_exists(MessageBusInterface::class)) {
            $services->set(PushHandler::class)->tag('messenger.message_handler');
        }
    }

    /**
     * The settings are static properties, which return to those of php.ini at
     * each request: so this is done at each boot of the kernel. Code that calls
     * Gateway directly has them, too. What is not configured, or empty, as a
     * variable of the environment may be, stays php.ini's.
     */
    public function boot(): void
    {
        $settings = array_filter(
            $this->container->getParameter('gateway_client.settings'),
            static fn ($value) => '' !== (string) $value,
        );
        if (isset($settings['register_address'])) {
            Gateway::$registerAddress = array_map('trim', explode(',', $settings['register_address']));
        }
        if (isset($settings['secret_key'])) {
            Gateway::$secretKey = $settings['secret_key'];
        }
        if (isset($settings['connect_timeout'])) {
            Gateway::$connectTimeout = $settings['connect_timeout'];
        }
        if (isset($settings['timeout'])) {
            ini_set('gatewayclient.timeout', (string) $settings['timeout']);
        }
    }
}
