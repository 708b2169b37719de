<?php

namespace App\Controller;

use Symfony\Bundle\FrameworkBundle\Controller\AbstractController;
use Symfony\Bundle\SecurityBundle\Security;
use Symfony\Component\DependencyInjection\Attribute\Autowire;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Attribute\Route;
use Symfony\Component\Security\Core\User\UserProviderInterface;
use Symfony\Component\Security\Csrf\CsrfTokenManagerInterface;

/** Stands for an application's login, without a password. */
final class LoginController extends AbstractController
{
    #[Route('/login', name: 'login')]
    public function login(
        Request $request,
        Security $security,
        #[Autowire(service: 'security.user.provider.concrete.users')] UserProviderInterface $users,
        CsrfTokenManagerInterface $tokens,
    ): Response {
        if ($request->query->has('name')) {
            $security->login($users->loadUserByIdentifier($request->query->getString('name')), 'form_login');
        }

        return new Response($tokens->getToken('push')->getValue());
    }
}
