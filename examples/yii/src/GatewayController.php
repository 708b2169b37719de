<?php

declare(strict_types=1);

namespace GatewayClient\Yii;

use Yii;
use yii\console\Controller;
use yii\console\ExitCode;
use yii\console\widgets\Table;

/** Pushes to pages, and shows who is online. */
class GatewayController extends Controller
{
    /** @var string|null announce: only to those in this group */
    public $group;

    public function options($actionID): array
    {
        $options = parent::options($actionID);
        return $actionID === 'announce' ? [...$options, 'group'] : $options;
    }

    public function optionAliases(): array
    {
        return parent::optionAliases() + ['g' => 'group'];
    }

    /** Pushes a notice to a user. */
    public function actionPush(string $uid, string $message): int
    {
        $pages = $this->pusher()->pagesOf($uid);
        if ($pages === 0) {
            $this->stdout("$uid is not online\n");
            return ExitCode::UNSPECIFIED_ERROR;
        }
        $this->pusher()->toUser($uid, ['type' => 'notice', 'text' => $message]);
        return $this->finish("$uid: $pages " . ($pages === 1 ? 'page' : 'pages'));
    }

    /** Pushes a notice to everyone, or to a group. */
    public function actionAnnounce(string $message): int
    {
        $notice = ['type' => 'notice', 'text' => $message];
        if ($this->group === null) {
            $this->pusher()->toAll($notice);
        } else {
            $this->pusher()->toGroup($this->group, $notice);
        }
        return $this->finish('sent');
    }

    /** Shows who is online. */
    public function actionOnline(): int
    {
        $online = $this->pusher()->online();
        $rows = [];
        foreach (['user' => $online['users'], 'group' => $online['groups']] as $kind => $names) {
            foreach ($names as $name => $pages) {
                $rows[] = [$kind, (string) $name, (string) $pages];
            }
        }
        $rows[] = ['all', '', (string) $online['connections']];
        $this->stdout(Table::widget(['headers' => ['', 'name', 'pages'], 'rows' => $rows]));
        return ExitCode::OK;
    }

    /** Closes all connections of a user. */
    public function actionKick(string $uid): int
    {
        $this->stdout($this->pusher()->kick($uid) . " closed\n");
        if ($this->pusher()->countWarnings() > 0) {
            $this->stdout("not certain that these were all, see the log\n");
            return ExitCode::UNSPECIFIED_ERROR;
        }
        return ExitCode::OK;
    }

    private function finish(string $success): int
    {
        if (!$this->pusher()->flush() || $this->pusher()->countWarnings() > 0) {
            $this->stdout("not certain that it arrived, see the log\n");
            return ExitCode::UNSPECIFIED_ERROR;
        }
        $this->stdout("$success\n");
        return ExitCode::OK;
    }

    private function pusher(): Pusher
    {
        return Yii::$app->get('gateway');
    }
}
