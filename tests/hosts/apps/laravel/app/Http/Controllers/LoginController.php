<?php

namespace App\Http\Controllers;

use App\Models\User;
use App\Notifications\Greeting;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;

/** Stands in for an application's login: whoever says a name is that user. And
 *  what else the tests ask for and the page does not have. */
class LoginController extends Controller
{
    public function login(Request $request)
    {
        $user = User::where('name', $request->query('name'))->first();
        abort_if($user === null, 403);
        Auth::login($user);
        $request->session()->regenerate();

        return csrf_token();
    }

    public function token()
    {
        return csrf_token();
    }

    public function logout(Request $request)
    {
        Auth::logout();
        $request->session()->invalidate();
        $request->session()->regenerateToken();

        return ['signed out' => true];
    }

    /** Until the file `slow-end` is there. */
    public function slow()
    {
        touch(storage_path('slow-begun'));
        for ($n = 0; $n < 3000 && !is_file(storage_path('slow-end')); $n++) {
            usleep(10000);
            clearstatcache();
        }

        return ['at last' => true];
    }

    public function logoutSlowly()
    {
        Auth::logoutCurrentDevice();

        return $this->slow();
    }

    public function logoutHere()
    {
        Auth::logoutCurrentDevice();

        return ['signed out' => true];
    }

    public function logoutOthers(Request $request)
    {
        Auth::logoutOtherDevices((string) $request->input('password'));

        return ['signed out' => true];
    }

    public function notify(Request $request)
    {
        $user = User::findOrFail($request->input('user'));
        $user->notify(new Greeting((string) $request->input('text')));

        return ['queued' => true];
    }
}
