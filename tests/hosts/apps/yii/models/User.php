<?php

namespace app\models;

use yii\base\BaseObject;
use yii\web\IdentityInterface;

/** Stands for an application's users. */
class User extends BaseObject implements IdentityInterface
{
    public $name;

    public static function findIdentity($id)
    {
        return in_array($id, ['alice', 'bob'], true) ? new self(['name' => $id]) : null;
    }

    public static function findIdentityByAccessToken($token, $type = null)
    {
        return null;
    }

    public function getId()
    {
        return $this->name;
    }

    public function getAuthKey()
    {
        return null;
    }

    public function validateAuthKey($authKey)
    {
        return false;
    }
}
