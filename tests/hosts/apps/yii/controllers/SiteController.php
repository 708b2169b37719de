<?php

namespace app\controllers;

use app\models\User;
use Yii;
use yii\web\Controller;

/** Stands for an application's login, without a password. */
class SiteController extends Controller
{
    public function actionLogin(string $name = ''): string
    {
        $user = User::findIdentity($name);
        if ($user) {
            Yii::$app->user->login($user);
        }

        return 'signed in';
    }

    public function actionLogout(): string
    {
        Yii::$app->user->logout();

        return 'signed out';
    }
}
