<?php

use think\facade\Route;

Route::get('login', 'Login/index');
Route::get('slow', 'Slow/index');
