<?php

namespace App\Controller;

use GatewayClient\Symfony\GatewayPusher;
use Symfony\Bundle\FrameworkBundle\Controller\AbstractController;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Attribute\Route;

/** Tells how many there were, after a push if one is asked for. */
final class WarningsController extends AbstractController
{
    #[Route('/warnings')]
    public function count(Request $request, GatewayPusher $pusher): Response
    {
        if ($request->query->has('push')) {
            $pusher->toAll(['text' => 'to all']);
            $pusher->flush();
        }

        return new Response((string) $pusher->warnings());
    }
}
