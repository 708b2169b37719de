<?php

namespace app\controllers;

use app\models\User;
use Yii;
use yii\filters\AccessControl;
use yii\web\Controller;

/** Stands for an application's login, without a password. */
class SiteController extends Controller
{
    public function behaviors()
    {
        return ['access' => [
            'class' => AccessControl::class,
            'only' => ['logout'],
            'rules' => [['allow' => true, 'roles' => ['@']]],
        ]];
    }

    public function actionLogin(string $name = ''): string
    {
        $user = User::findIdentity($name);
        if ($user) {
            Yii::$app->user->login($user);
        }

        return Yii::$app->request->csrfToken;
    }

    public function actionLogout(): string
    {
        Yii::$app->user->logout();

        return 'signed out';
    }
}
