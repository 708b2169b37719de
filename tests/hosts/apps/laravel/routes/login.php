<?php

use App\Http\Controllers\LoginController;
use Illuminate\Support\Facades\Route;

Route::get('/login', [LoginController::class, 'login'])->name('login');
Route::get('/token', [LoginController::class, 'token']);
Route::post('/logout', [LoginController::class, 'logout'])->block();
Route::get('/slow', [LoginController::class, 'slow'])->middleware('auth')->block();
Route::get('/slow/unlocked', [LoginController::class, 'slow']);
Route::get('/logout/slowly', [LoginController::class, 'logoutSlowly']);
Route::post('/logout/here', [LoginController::class, 'logoutHere']);
Route::post('/logout/others', [LoginController::class, 'logoutOthers']);
Route::post('/notify', [LoginController::class, 'notify'])->middleware('auth');
